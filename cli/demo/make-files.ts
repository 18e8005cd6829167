/**
 * Makes the PDFs and pictures of the demo's letters, once, with headless Chromium (Thai is shaped right and its text copies out exactly):
 *   node cli/demo/make-files.ts
 * Its results are in the repository, so that `saraban demo` needs no browser.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const folder = new URL('./files/', import.meta.url);
const font = async (subset: string, weight: number) =>
  `@font-face{font-family:Sarabun;font-weight:${weight};src:url(data:font/woff2;base64,${(await readFile(new URL(`../../node_modules/@fontsource/sarabun/files/sarabun-${subset}-${weight}-normal.woff2`, import.meta.url))).toString('base64')});${subset === 'thai' ? 'unicode-range:U+0E01-0E5B,U+200C-200D,U+25CC' : 'unicode-range:U+0000-00FF,U+2000-206F'}}`;
const fonts = (await Promise.all([font('thai', 400), font('latin', 400)])).join('');

interface Letter {
  number: string;
  agency: string;
  date: string;
  subject: string;
  reference: string;
  text: string;
}

const page = (
  letter: Letter,
) => `<!doctype html><meta charset="utf-8"><style>${fonts} body{font:16pt/1.6 Sarabun;margin:2cm 2cm 2cm 3cm} .top{display:flex;justify-content:space-between} .date{text-align:center;margin:18pt 0} .text{text-indent:2.5cm;margin-top:12pt}</style>
<div class="top"><span>ที่ ${letter.number}</span><span>${letter.agency}</span></div><div class="date">${letter.date}</div>
<p>เรื่อง&nbsp; ${letter.subject}</p><p>เรียน&nbsp; นายกเทศมนตรีตำบลตัวอย่าง</p><p>อ้างถึง&nbsp; ${letter.reference}</p><p class="text">${letter.text}</p><p class="text">จึงเรียนมาเพื่อโปรดพิจารณา</p>`;

const letters: Record<string, Letter> = {
  'letter-dla.pdf': {
    number: 'มท 0808.2/ว 1590',
    agency: 'กรมส่งเสริมการปกครองท้องถิ่น',
    date: '20 พฤศจิกายน 2569',
    subject: 'การจัดสรรเงินอุดหนุนเฉพาะกิจ ประจำปีงบประมาณ พ.ศ. 2570',
    reference: 'หนังสือที่ มท 0808.2/ว 1402 ลงวันที่ 2 ตุลาคม 2569',
    text: 'ตามหนังสือที่อ้างถึง กรมส่งเสริมการปกครองท้องถิ่นได้แจ้งหลักเกณฑ์การจัดสรรเงินอุดหนุน ความแจ้งแล้วนั้น ขอให้รายงานแผนการใช้จ่ายภายในวันที่ 30 พฤศจิกายน 2569 เพื่อรวบรวมเสนอสำนักงบประมาณต่อไป',
  },
  'letter-phayao.pdf': {
    number: 'พย 0023.3/4471',
    agency: 'ที่ทำการปกครองจังหวัด',
    date: '19 พฤศจิกายน 2569',
    subject: 'ขอเชิญประชุมคณะกรรมการจังหวัด ครั้งที่ 11/2569',
    reference: 'คำสั่งจังหวัดที่ 1201/2569 ลงวันที่ 1 ตุลาคม 2569',
    text: 'ด้วยจังหวัดกำหนดประชุมคณะกรรมการจังหวัด ครั้งที่ 11/2569 ในวันศุกร์ที่ 27 พฤศจิกายน 2569 เวลา 09.30 น. ณ ห้องประชุมชั้น 3 ศาลากลางจังหวัด จึงขอเชิญท่านเข้าร่วมประชุม',
  },
};
const lamp = (lit: boolean) =>
  `<!doctype html><style>body{margin:0;background:linear-gradient(#14213d,#3a506b);width:480px;height:320px;position:relative} .pole{position:absolute;left:230px;top:70px;width:8px;height:250px;background:#888} .arm{position:absolute;left:230px;top:70px;width:90px;height:6px;background:#888} .lamp{position:absolute;left:300px;top:74px;width:44px;height:14px;border-radius:0 0 14px 14px;background:${lit ? '#ffe9a8' : '#333'};box-shadow:${lit ? '0 0 60px 20px #ffe9a877' : 'none'}} .road{position:absolute;bottom:0;width:100%;height:46px;background:#222}</style><div class=pole></div><div class=arm></div><div class=lamp></div><div class=road></div>`;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const tab = await browser.newPage({ viewport: { width: 480, height: 320 } });
for (const [name, letter] of Object.entries(letters)) {
  await tab.setContent(page(letter));
  await tab.evaluate('document.fonts.ready');
  await writeFile(new URL(name, folder), await tab.pdf({ format: 'A4' }));
}
for (const [name, lit] of [
  ['lamp-1.png', false],
  ['lamp-2.png', true],
] as const) {
  await tab.setContent(lamp(lit));
  await writeFile(new URL(name, folder), await tab.screenshot());
}
await browser.close();
