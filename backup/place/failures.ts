/** What can be wrong with a place, in words for the operator. */
import { Failure } from '../../register/failure.ts';

/** It cannot be reached just now: not mounted, no line, time-out. */
export function placeAway(place: string, detail: string, cause?: unknown): Failure {
  return new Failure({
    code: 'place-away',
    temporary: true,
    message: `the place ${place} cannot be reached: ${detail}`,
    userMessage: {
      th: `ติดต่อที่เก็บสำเนา ${place} ไม่ได้ (${detail}) โปรดตรวจการเชื่อมต่อหรือการเมานต์ แล้วระบบจะลองใหม่`,
      en: `The place ${place} cannot be reached (${detail}). Check the line or the mount; it is tried again.`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

export function placeFull(place: string, detail: string, cause?: unknown): Failure {
  return new Failure({
    code: 'place-full',
    temporary: true,
    message: `the place ${place} is full: ${detail}`,
    userMessage: {
      th: `ที่เก็บสำเนา ${place} เต็ม โปรดเพิ่มพื้นที่หรือปรับจำนวนสำเนาที่เก็บไว้`,
      en: `The place ${place} is full. Give it room, or keep fewer copies.`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** It says no: other contents under the name, no right, wrong credentials, an unknown remote. */
export function placeRefuses(place: string, detail: string, cause?: unknown): Failure {
  return new Failure({
    code: 'place-refuses',
    temporary: false,
    message: `the place ${place} refuses: ${detail}`,
    userMessage: {
      th: `ที่เก็บสำเนา ${place} ไม่ยอมรับ (${detail}) โปรดตรวจสิทธิ์และการตั้งค่า`,
      en: `The place ${place} refuses (${detail}). Check its rights and settings.`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** It said that it has a file, and what lies there is something else. */
export function placeLies(place: string, path: string, detail: string): Failure {
  return new Failure({
    code: 'place-lies',
    temporary: true,
    message: `the place ${place} took ${path} but does not have it as sent: ${detail}`,
    userMessage: {
      th: `ที่เก็บสำเนา ${place} แจ้งว่ารับ ${path} แล้ว แต่สิ่งที่เก็บไว้ไม่ตรงกับที่ส่ง (${detail}) อย่าเพิ่งเชื่อถือที่เก็บสำเนานี้`,
      en: `The place ${place} said that it took ${path}, but what lies there is not what was sent (${detail}). Do not trust this place yet.`,
    },
  });
}

export function notInPlace(place: string, path: string, cause?: unknown): Failure {
  return new Failure({
    code: 'not-in-place',
    temporary: false,
    message: `${path} is not in the place ${place}`,
    userMessage: { th: `ไม่พบ ${path} ในที่เก็บสำเนา ${place}`, en: `${path} is not in the place ${place}.` },
    ...(cause === undefined ? {} : { cause }),
  });
}

export function rcloneMissing(cause?: unknown): Failure {
  return new Failure({
    code: 'rclone-missing',
    temporary: false,
    message: 'the program rclone is not installed',
    userMessage: {
      th: 'ไม่พบโปรแกรม rclone ซึ่งใช้ส่งสำเนาไปเก็บนอกเครื่อง โปรดติดตั้งด้วย apt install rclone (หรือ dnf install rclone, brew install rclone)',
      en: 'The program rclone, which takes the copies off this machine, is not installed: apt install rclone (or dnf install rclone, brew install rclone).',
    },
    ...(cause === undefined ? {} : { cause }),
  });
}
